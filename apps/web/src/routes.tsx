import { lazy, Suspense } from "react";
import { Route, Routes } from "react-router";

import { Shell } from "./components/Shell";
import { NewChatLink } from "./components/NewChatLink";
import { PageMessage } from "./components/PageMessage";
import ChatPage from "./pages/ChatPage";
import NewChatPage from "./pages/NewChatPage";

const CliChatsPage = lazy(() => import("./pages/CliChatsPage"));
const CliChatPage = lazy(() => import("./pages/CliChatPage"));
const SettingsPage = lazy(() => import("./pages/SettingsPage"));

/** Every page and its address, below the base path. */
export function AppRoutes() {
  return (
    <Shell>
      <Suspense fallback={<PageMessage title="" loading="Loading" />}>
        <Routes>
          <Route path="/" element={<NewChatPage />} />
          <Route path="/agents/:agentId/:view?" element={<ChatPage />} />
          <Route path="/cli-chats" element={<CliChatsPage />} />
          <Route path="/cli-chats/:chatId" element={<CliChatPage />} />
          <Route path="/settings" element={<SettingsPage />} />
          <Route
            path="*"
            element={
              <PageMessage title="There is no such page" detail="Choose a chat from the list, or begin a new one.">
                <NewChatLink />
              </PageMessage>
            }
          />
        </Routes>
      </Suspense>
    </Shell>
  );
}

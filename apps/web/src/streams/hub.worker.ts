/// <reference lib="webworker" />
/** Runs the hub in a SharedWorker, so that all tabs share one stream. Its name is the page's base address. */
import { Hub } from "./hub";
import { serverAt } from "./server";
import type { ToHub } from "./protocol";

const scope = self as unknown as SharedWorkerGlobalScope;
const hub = new Hub(serverAt(scope.name));

scope.onconnect = ({ ports: [port] }) => {
  if (!port) return;
  const send = hub.connect((message) => port.postMessage(message));
  port.onmessage = (event: MessageEvent<ToHub>) => send(event.data);
};

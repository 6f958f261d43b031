import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { errorMessage } from "../../api/client";
import { keepAnswer } from "../../api/keep";
import { getAgentLimits, getLimits, patchAgentLimits } from "../../api/limits";
import { agentLimitsQuery } from "../../api/queries";
import { showToast } from "../../stores/toasts";
import { allowedAgain } from "./allowance";

/** Allows a chat as much again of what it has used up; false, and why in a message, where that failed. */
export function useAllowance(agentId: string): [allowing: boolean, allow: () => Promise<boolean>] {
  const client = useQueryClient();
  const [allowing, setAllowing] = useState(false);
  const allow = async () => {
    setAllowing(true);
    try {
      const [limits, usual] = await Promise.all([getAgentLimits(agentId), getLimits()]);
      const chat = allowedAgain(limits, usual.chat);
      if (Object.keys(chat).length > 0) await keepAnswer(client, agentLimitsQuery(agentId), await patchAgentLimits(agentId, { chat }));
      return true;
    } catch (error) {
      showToast({ message: errorMessage(error), tone: "error" });
      return false;
    } finally {
      setAllowing(false);
    }
  };
  return [allowing, allow];
}

import { describe, expect, it } from "vitest";

import type { Budget, Spent } from "../../api/limit-types";
import { allowedAgain, spentUp } from "./allowance";

const budget = (more: Partial<Budget>): Budget => ({ minutes: null, toolCalls: null, tokens: null, ...more });
const spent = (more: Partial<Spent>): Spent => ({ minutes: 0, toolCalls: 0, tokens: 0, ...more });

describe("as much again", () => {
  it("is what all chats are allowed, for what is used up only", () => {
    const chat = budget({ toolCalls: 100, tokens: 50_000 });
    const limits = { chat, spent: spent({ toolCalls: 100, tokens: 10 }) };
    expect(spentUp(limits)).toEqual(["toolCalls"]);
    expect(allowedAgain(limits, chat)).toEqual({ toolCalls: 200 });
  });

  it("does not grow with each time it is allowed", () => {
    const limits = { chat: budget({ toolCalls: 200 }), spent: spent({ toolCalls: 200 }) };
    expect(allowedAgain(limits, budget({ toolCalls: 100 }))).toEqual({ toolCalls: 300 });
  });

  it("counts from what is spent, however far beyond the limit that is", () => {
    const limits = { chat: budget({ tokens: 100 }), spent: spent({ tokens: 950 }) };
    expect(allowedAgain(limits, budget({ tokens: 100 }))).toEqual({ tokens: 1_050 });
  });

  it("is the chat's own limit where all chats have none", () => {
    const limits = { chat: budget({ minutes: 30 }), spent: spent({ minutes: 30 }) };
    expect(allowedAgain(limits, budget({}))).toEqual({ minutes: 60 });
  });

  it("is of what is nearest to its end where none is seen to be", () => {
    const limits = { chat: budget({ minutes: 10, toolCalls: 100 }), spent: spent({ minutes: 9, toolCalls: 40 }) };
    expect(allowedAgain(limits, limits.chat)).toEqual({ minutes: 20 });
  });

  it("is nothing where nothing is limited any more", () => {
    expect(allowedAgain({ chat: budget({}), spent: spent({ minutes: 5 }) }, budget({}))).toEqual({});
  });
});

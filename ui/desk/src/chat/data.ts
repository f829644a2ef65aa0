/** What the workspace reads, and what it does to conversations as a whole. */

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import { get, post } from "../api/client";
import { keys } from "../api/keys";
import { useMay } from "../api/session";
import type { Card, Items, Queue, Reply, Scope, Summary, TeamMember } from "../api/types";

export function useQueue() {
  return useQuery({ queryKey: keys.queue, queryFn: () => get<Queue>("/queue"), enabled: useMay("queue") });
}

export function useCards(scope: Scope, isWanted = true) {
  return useQuery({
    queryKey: [...keys.conversations, scope],
    queryFn: async () => (await get<Items<Card>>("/conversations", { scope })).items,
    enabled: useMay("talk") && isWanted,
  });
}

export function useSummary(id: string) {
  return useQuery({ queryKey: keys.conversation(id), queryFn: () => get<Summary>(`/conversations/${id}`) });
}

export function useTeam(isWanted = true) {
  return useQuery({
    queryKey: keys.team,
    queryFn: async () => (await get<Items<TeamMember>>("/team")).items,
    enabled: isWanted,
  });
}

export function useReplies() {
  return useQuery({
    queryKey: keys.replies,
    queryFn: async () => (await get<Items<Reply>>("/replies")).items,
    staleTime: 600_000,
  });
}

/** Takes a customer who waits; afterwards the conversation is this agent's. */
export function useTake(opened: (conversation: string) => void) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (handoff: number) => post<{ conversation: string }>(`/handoffs/${handoff}/take`),
    onSuccess: ({ conversation }) => opened(conversation),
    onSettled: () => readAgain(client, keys.queue, keys.conversations),
  });
}

export function useRefuse() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ handoff, reason }: { handoff: number; reason: string }) =>
      post(`/handoffs/${handoff}/refuse`, { reason }),
    onSettled: () => readAgain(client, keys.queue),
  });
}

/** One of `/conversations/{id}/…`; the conversation and the lists are read again. */
export function useConversationStep(id: string, step: string, done: () => void) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: Record<string, unknown>) => post(`/conversations/${id}/${step}`, body),
    onSuccess: done,
    onSettled: () => readAgain(client, keys.conversation(id), keys.conversations, keys.queue, keys.team),
  });
}

function readAgain(client: ReturnType<typeof useQueryClient>, ...which: (readonly unknown[])[]): void {
  which.forEach((queryKey) => void client.invalidateQueries({ queryKey }));
}

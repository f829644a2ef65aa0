/** A step of something that is worked on: the server answers with it as it is then. */

import { useMutation, useQueryClient } from "@tanstack/react-query";

import { post } from "./client";

interface Asked {
  step: string;
  body?: unknown;
}

/** `stale`: what is read again afterwards. */
export function useWorkStep<T>(path: string, stale: readonly (readonly unknown[])[], onDone: (now: T) => void) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ step, body = {} }: Asked) => post<T>(`${path}/${step}`, body),
    onSuccess: async (now) => {
      // Before it may be opened again from the list.
      await Promise.all(stale.map((queryKey) => client.invalidateQueries({ queryKey })));
      onDone(now);
    },
  });
}

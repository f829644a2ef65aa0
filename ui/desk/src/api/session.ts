/** Who is signed in, and what they may do. */

import { useQuery, type QueryClient } from "@tanstack/react-query";
import { createContext, useContext } from "react";

import { ApiError, get, rememberCsrf } from "./client";
import { keys } from "./keys";
import type { Me, Permission } from "./types";

/** `null`: nobody. */
export function useSignedIn() {
  return useQuery({ queryKey: keys.me, queryFn: readMe, staleTime: Infinity, retry: isWorthAnotherTry });
}

async function readMe(): Promise<Me | null> {
  try {
    return learned(await get<Me>("/me"));
  } catch (reason) {
    if (reason instanceof ApiError && reason.reason === "signed_out") return null;
    throw reason;
  }
}

/** Whoever it is, their CSRF token goes along from now on. */
export function learned(me: Me): Me {
  rememberCsrf(me.csrf);
  return me;
}

/** Somebody else, or nobody: what was read before is no business of theirs. */
export function become(client: QueryClient, me: Me | null): void {
  client.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== keys.me[0] });
  // A look that is under way knows only who it was.
  void client.cancelQueries({ queryKey: keys.me }, { revert: false });
  client.setQueryData(keys.me, me && learned(me));
}

/** A refusal stays one, however often it is asked for. */
export function isWorthAnotherTry(failures: number, reason: Error): boolean {
  return failures < 3 && reason instanceof ApiError && (reason.status === 0 || reason.status >= 500);
}

export const MeContext = createContext<Me | null>(null);

/** Inside the shell, where somebody is signed in. */
export function useMe(): Me {
  const me = useContext(MeContext);
  if (!me) throw new Error("nobody is signed in here");
  return me;
}

export function useMay(permission: Permission): boolean {
  return useMe().permissions.includes(permission);
}

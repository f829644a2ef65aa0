import { useSyncExternalStore } from "react";

/** A telephone's width: tables become cards. */
const query = matchMedia("(max-width: 767px)");

export function useIsNarrow(): boolean {
  return useSyncExternalStore(
    (observer) => {
      query.addEventListener("change", observer);
      return () => query.removeEventListener("change", observer);
    },
    () => query.matches,
  );
}

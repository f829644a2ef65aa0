import { useQuery } from "@tanstack/react-query";

import { get } from "../../api/client";
import { keys } from "../../api/keys";
import type { Items, Wave } from "../../api/types";

export function useWaves() {
  return useQuery({ queryKey: [...keys.surveys, "waves"], queryFn: () => get<Items<Wave>>("/surveys/waves") });
}

import { Spin } from "antd";

import { useTexts } from "../texts/texts";

/** Until something is there. */
export function Loading({ whole = false }: { whole?: boolean }) {
  const words = useTexts().frame.parts;
  return (
    <div role="status" aria-label={words.loading} className={whole ? "whole" : "loading"}>
      <Spin />
    </div>
  );
}

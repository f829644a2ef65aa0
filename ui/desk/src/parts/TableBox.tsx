import type { ReactNode } from "react";

interface Props {
  /** The id of its heading. */
  titled: string;
  children: ReactNode;
}

/** A table that may be wider than the screen: scrolled sideways, also with the keyboard. */
export function TableBox({ titled, children }: Props) {
  return (
    <div className="table-box" role="group" aria-labelledby={titled} tabIndex={0}>
      {children}
    </div>
  );
}

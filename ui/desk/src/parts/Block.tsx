import { useId, type ReactNode } from "react";

interface Props {
  /** For its place in the page. */
  name?: string;
  title: string;
  extra?: ReactNode;
  children: ReactNode;
}

/** A part of a page with a heading of its own. */
export function Block({ name, title, extra, children }: Props) {
  const id = useId();
  return (
    <section className={name ? `block block-${name}` : "block"} aria-labelledby={id}>
      <div className="block-head">
        <h2 id={id}>{title}</h2>
        {extra}
      </div>
      {children}
    </section>
  );
}

import { Link } from "wouter";

import type { Wall } from "../../api/types";
import { useTexts } from "../../texts/texts";

/** Promises that are broken or about to be; each leads to its tickets. */
export function TicketClocks({ clocks }: { clocks: Wall["clocks"] }) {
  const words = useTexts().wall.clocks;
  const figures = [
    { title: words.missed, value: clocks.missed, to: "/tickets?due=missed", level: "bad" },
    { title: words.due1, value: clocks.due_1h, to: "/tickets?due=1h", level: "near" },
    { title: words.due4, value: clocks.due_4h, to: "/tickets?due=4h", level: "none" },
    { title: words.open, value: clocks.open, to: "/tickets?status=open", level: "none" },
  ];
  return (
    <section className="panel" aria-labelledby="wall-clocks">
      <h2 id="wall-clocks">{words.title}</h2>
      <ul className="wall-figures">
        {figures.map(({ title, value, to, level }) => (
          <li key={to}>
            <Link href={to} className={value > 0 ? `wall-figure wall-figure-${level}` : "wall-figure"}>
              <b>{value}</b>
              <span>{title}</span>
            </Link>
          </li>
        ))}
      </ul>
    </section>
  );
}

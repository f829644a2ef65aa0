import { Link } from "wouter";

interface Props {
  label: string;
  tabs: readonly { key: string; title: string; href: string }[];
  here: string;
}

/** Parts of a page with an address each. */
export function PageTabs({ label, tabs, here }: Props) {
  return (
    <nav className="page-tabs" aria-label={label}>
      <ul>
        {tabs.map(({ key, title, href }) => (
          <li key={key}>
            <Link href={href} aria-current={key === here ? "page" : undefined}>
              {title}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}

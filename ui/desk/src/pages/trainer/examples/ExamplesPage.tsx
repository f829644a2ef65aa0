import { useParams } from "wouter";

import { PageTabs } from "../../../parts/PageTabs";
import { useTexts } from "../../../texts/texts";
import { Changes } from "./Changes";
import { ExampleTable } from "./ExampleTable";
import { Health } from "./Health";
import { Proposals } from "./Proposals";

const TABS = ["all", "changes", "health", "proposals"] as const;

/** What 小益 learns from: searched and changed; who changed what; how the labels are doing. */
export default function ExamplesPage() {
  const words = useTexts().trainer.examples;
  const asked = useParams<{ tab?: string }>().tab;
  const tab = TABS.find((each) => each === asked) ?? "all";
  return (
    <div className="page">
      <div className="page-head">
        <h1 className="page-title">{words.title}</h1>
      </div>
      <PageTabs
        label={words.title}
        here={tab}
        tabs={TABS.map((key) => ({
          key,
          title: words.tabs[key],
          href: key === "all" ? "/examples" : `/examples/${key}`,
        }))}
      />
      {tab === "all" && <ExampleTable />}
      {tab === "changes" && <Changes />}
      {tab === "health" && <Health />}
      {tab === "proposals" && <Proposals />}
    </div>
  );
}

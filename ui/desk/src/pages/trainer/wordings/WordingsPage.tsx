import { useParams } from "wouter";

import { PageTabs } from "../../../parts/PageTabs";
import { useTexts } from "../../../texts/texts";
import { ChangeList } from "./ChangeList";
import { WordingList } from "./WordingList";

const TABS = ["all", "waiting", "history"] as const;

/** What customers are told: changed by one person, approved by another, told from a day on. */
export default function WordingsPage() {
  const words = useTexts().trainer.wordings;
  const asked = useParams<{ tab?: string }>().tab;
  const tab = TABS.find((each) => each === asked) ?? "all";
  return (
    <div className="page">
      <div className="page-head">
        <h1 className="page-title">{words.title}</h1>
      </div>
      <p className="faint">{words.hint}</p>
      <PageTabs
        label={words.title}
        here={tab}
        tabs={TABS.map((key) => ({
          key,
          title: words.tabs[key],
          href: key === "all" ? "/wordings" : `/wordings/${key}`,
        }))}
      />
      {tab === "all" && <WordingList />}
      {tab === "waiting" && <ChangeList state="waiting" />}
      {tab === "history" && <ChangeList />}
    </div>
  );
}

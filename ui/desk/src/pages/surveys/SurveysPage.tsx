import { useParams } from "wouter";

import { PageTabs } from "../../parts/PageTabs";
import { oneOf } from "../../parts/useUrl";
import { useTexts } from "../../texts/texts";
import { Counter } from "./Counter";
import { IndexTrend } from "./IndexTrend";
import { QuadrantsOf } from "./QuadrantsOf";
import { Slices } from "./Slices";
import { Waves } from "./Waves";

const TABS = ["waves", "index", "quadrants", "slices", "counter"] as const;
const SHOWN = { waves: Waves, index: IndexTrend, quadrants: QuadrantsOf, slices: Slices, counter: Counter } as const;

/** What customers answer when they are asked: by wave, over time, what to mend first, by slices, at the counters. */
export default function SurveysPage() {
  const words = useTexts().surveys;
  const tab = oneOf(useParams<{ tab?: string }>().tab ?? null, TABS);
  const Shown = SHOWN[tab];
  return (
    <div className="page">
      <header className="page-head">
        <h1 className="page-title">{words.title}</h1>
      </header>
      <PageTabs
        label={words.title}
        here={tab}
        tabs={TABS.map((key) => ({ key, title: words.tabs[key], href: `/surveys/${key}` }))}
      />
      <Shown />
    </div>
  );
}

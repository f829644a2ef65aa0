import { useParams } from "wouter";

import { PageTabs } from "../../../parts/PageTabs";
import { useTexts } from "../../../texts/texts";
import { Exams } from "./Exams";
import { Talk } from "./Talk";
import { Training } from "./Training";

const TABS = ["models", "talk", "exams"] as const;

/** A model is trained, judged, published; talked to; and examined at night. */
export default function ModelsPage() {
  const words = useTexts().trainer.models;
  const asked = useParams<{ tab?: string }>().tab;
  const tab = TABS.find((each) => each === asked) ?? "models";
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
          href: key === "models" ? "/models" : `/models/${key}`,
        }))}
      />
      {tab === "models" && <Training />}
      {tab === "talk" && <Talk />}
      {tab === "exams" && <Exams />}
    </div>
  );
}

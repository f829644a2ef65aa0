import { Link } from "wouter";

import { Block } from "../../parts/Block";
import { ErrorNote } from "../../parts/ErrorNote";
import { Loading } from "../../parts/Loading";
import { safeHref } from "../../parts/links";
import { useTexts } from "../../texts/texts";
import { useAdvice } from "./data";

/** Before something is decided: how it went before, and which rules apply. */
export function Advice({ number }: { number: string }) {
  const texts = useTexts();
  const words = texts.tickets.page;
  const { data, error, refetch } = useAdvice(number);
  return (
    <Block name="advice" title={words.advice}>
      <ErrorNote error={error} retry={() => void refetch()} />
      {!data && !error && <Loading />}
      {data && (
        <>
          <h3 className="small-head">{words.similar}</h3>
          {data.similar.length === 0 && <p className="faint">{words.noSimilar}</p>}
          <ul className="advice">
            {data.similar.map((each) => (
              <li key={each.number}>
                <Link href={`/tickets/${each.number}`}>{each.number}</Link>{" "}
                <span className="faint">
                  {each.category_title} · {words.days(each.days)}
                </span>
                <div className="words words-short">{each.outcome}</div>
              </li>
            ))}
          </ul>
          <h3 className="small-head">{words.articles}</h3>
          {data.articles.length === 0 && <p className="faint">{words.noArticles}</p>}
          <ul className="advice">
            {data.articles.map((each) => (
              <li key={each.id}>
                <a href={safeHref(each.url)} target="_blank" rel="noopener noreferrer">
                  {each.title}
                </a>
                <div className="words-short">{each.short}</div>
              </li>
            ))}
          </ul>
        </>
      )}
    </Block>
  );
}

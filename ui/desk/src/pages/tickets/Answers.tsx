import { App, Button } from "antd";

import type { TicketPage } from "../../api/types";
import { Block } from "../../parts/Block";
import { explain } from "../../parts/ErrorNote";
import { fullTime } from "../../parts/times";
import { useTexts } from "../../texts/texts";
import { useStep } from "./StepDrawer";

type Answer = TicketPage["answers"][number];

interface Props {
  ticket: TicketPage;
}

/** What the customer was answered, and whether it reached them: only then does it meet a clock. */
export function Answers({ ticket }: Props) {
  const words = useTexts().tickets.promises;
  return (
    <Block name="answers" title={words.answers}>
      {ticket.answers.length === 0 && <p className="faint">{words.noAnswers}</p>}
      <ul className="plain">
        {ticket.answers.map((answer) => (
          <li key={answer.id}>
            <AnswerLine number={ticket.number} answer={answer} />
          </li>
        ))}
      </ul>
      {ticket.pause && (
        <p>
          {words.asked} <span className="faint">{fullTime(ticket.pause.asked_at)}</span>
          <br />
          {ticket.pause.until ? words.askedUntil(fullTime(ticket.pause.until)) : words.askedNot}
        </p>
      )}
      {ticket.escalations.length > 0 && (
        <>
          <h3 className="small-head">{words.escalations}</h3>
          <ul className="plain">
            {ticket.escalations.map(({ level, level_title, clock_title, at }) => (
              <li key={level + clock_title + at}>
                {level_title} · {clock_title} <span className="faint">{fullTime(at)}</span>
              </li>
            ))}
          </ul>
        </>
      )}
    </Block>
  );
}

function AnswerLine({ number, answer }: { number: string; answer: Answer }) {
  const texts = useTexts();
  const words = texts.tickets.promises;
  const { message } = App.useApp();
  const { mutate, isPending } = useStep(number, "told");
  const tell = (): void =>
    mutate({ answer: answer.id }, { onError: (error) => void message.error(explain(error, texts)) });
  return (
    <>
      {words.kinds[answer.kind] ?? answer.kind} · {answer.staff} <span className="faint">{fullTime(answer.at)}</span>
      {!answer.is_substantive && (
        <div>
          {words.noAnswer} {answer.lacks.join("；")}
        </div>
      )}
      {answer.reached_at ? (
        <div className="faint">
          {words.reached(answer.reached_by_title ?? "")} {fullTime(answer.reached_at)}
        </div>
      ) : (
        <div>
          {words.notReached}{" "}
          <Button size="small" loading={isPending} onClick={tell}>
            {words.told}
          </Button>
        </div>
      )}
    </>
  );
}

import { App, Button } from "antd";
import { useState } from "react";

import type { TicketPage } from "../../api/types";
import { explain } from "../../parts/ErrorNote";
import { Block } from "../../parts/Block";
import { useTexts } from "../../texts/texts";
import { StepDrawer, useStep } from "./StepDrawer";
import { shownSteps, STEPS, type FormStep } from "./steps";

/** What most often comes next stands out. */
const PROMINENT: ReadonlySet<FormStep> = new Set(["take", "feedback", "result", "reply"]);

/** What this person may do with the ticket now, as the server says. */
export function StepButtons({ ticket }: { ticket: TicketPage }) {
  const texts = useTexts();
  const words = texts.tickets;
  const [open, setOpen] = useState<FormStep | null>(null);
  const steps = shownSteps(ticket.can);
  return (
    <Block name="steps" title={words.page.steps}>
      {steps.length === 0 && <p className="faint">{words.page.noSteps}</p>}
      <div className="steps">
        {steps.map((step) =>
          STEPS[step].fields.length || STEPS[step].isDanger ? (
            <Button key={step} type={PROMINENT.has(step) ? "primary" : "default"} onClick={() => setOpen(step)}>
              {words.steps[step]}
            </Button>
          ) : (
            <PlainStep key={step} ticket={ticket} step={step} />
          ),
        )}
      </div>
      {open && <StepDrawer key={open} ticket={ticket} step={open} onClose={() => setOpen(null)} />}
    </Block>
  );
}

/** One press is enough. */
function PlainStep({ ticket, step }: { ticket: TicketPage; step: FormStep }) {
  const texts = useTexts();
  const { message } = App.useApp();
  const { mutate, isPending } = useStep(ticket.number, step);
  return (
    <Button
      type={PROMINENT.has(step) ? "primary" : "default"}
      loading={isPending}
      onClick={() => mutate({}, { onError: (error) => void message.error(explain(error, texts)) })}
    >
      {texts.tickets.steps[step]}
    </Button>
  );
}

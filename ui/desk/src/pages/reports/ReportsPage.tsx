import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Alert, App, Button, Segmented, Tag } from "antd";
import { useState } from "react";

import { get, post, PREFIX } from "../../api/client";
import { keys } from "../../api/keys";
import { useMay } from "../../api/session";
import type { Items, Report, ReportKind } from "../../api/types";
import { Empty } from "../../parts/Empty";
import { ErrorNote } from "../../parts/ErrorNote";
import { Loading } from "../../parts/Loading";
import { ReasonDialog } from "../../parts/ReasonDialog";
import { Time } from "../../parts/Time";
import { oneOf, useUrl } from "../../parts/useUrl";
import { useTexts } from "../../texts/texts";
import { MakeDialog } from "./MakeDialog";
import { SignDialog } from "./SignDialog";

const KINDS = ["all", "monthly", "quarterly", "public"] as const;
const COLOURS = { draft: "warning", public: "success", internal: "success", withdrawn: "error" } as const;
/** As few characters as the server takes for a reason that is published. */
const SHORTEST = 5;

type Opened = { what: "make"; again: Report | null } | { what: "sign" | "withdraw"; report: Report };

/** Reports: made, looked at, signed, withdrawn. */
export default function ReportsPage() {
  const words = useTexts().reports;
  const client = useQueryClient();
  const { message } = App.useApp();
  const [search, change] = useUrl();
  const kind = oneOf(search.get("kind"), KINDS);
  const [opened, setOpened] = useState<Opened | null>(null);
  const mayMake = useMay("decide");
  const { data, error, isPending, refetch } = useQuery({
    queryKey: keys.reports,
    queryFn: () => get<Items<Report>>("/reports"),
  });
  const done = async (): Promise<void> => {
    await client.invalidateQueries({ queryKey: keys.reports });
    setOpened(null);
    void message.success(words.done);
  };
  const step = useMutation({
    mutationFn: ({ path, body }: { path: string; body: unknown }) => post<Report>(path, body),
    onSuccess: done,
  });
  const items = data?.items.filter((each) => kind === "all" || each.kind === kind) ?? [];
  return (
    <div className="page">
      <header className="page-head">
        <h1 className="page-title">{words.title}</h1>
        <a className="push" href="/report" target="_blank" rel="noopener">
          {words.publicPage}
        </a>
        {mayMake && (
          <Button type="primary" onClick={() => setOpened({ what: "make", again: null })}>
            {words.make}
          </Button>
        )}
      </header>
      <div className="filters">
        <Segmented
          aria-label={words.kind}
          value={kind}
          onChange={(value) => change({ kind: value === "all" ? null : value })}
          options={KINDS.map((value) => ({ value, label: words.kinds[value] }))}
        />
      </div>
      <ErrorNote error={error} retry={() => void refetch()} />
      {isPending && <Loading whole />}
      {data && !items.length && <Empty>{words.none}</Empty>}
      <ul className="cards">
        {items.map((report) => (
          <li key={report.id} className="card report">
            <Row report={report} onOpen={setOpened} />
          </li>
        ))}
      </ul>
      {opened?.what === "make" && (
        <MakeDialog
          kind={opened.again?.kind ?? (kind === "all" ? "public" : kind)}
          period={opened.again?.period ?? null}
          onMake={(chosen: { kind: ReportKind; period: string }) =>
            step.mutateAsync({ path: "/reports", body: chosen })
          }
          onClose={() => setOpened(null)}
        />
      )}
      {opened?.what === "sign" && (
        <SignDialog
          report={opened.report}
          onSign={() => step.mutateAsync({ path: `/reports/${opened.report.id}/sign`, body: {} })}
          onClose={() => setOpened(null)}
        />
      )}
      {opened?.what === "withdraw" && (
        <ReasonDialog
          title={words.withdrawTitle(opened.report.period_title, opened.report.kind_title)}
          hint={words.withdrawHint}
          shortest={SHORTEST}
          onReason={(reason) => step.mutateAsync({ path: `/reports/${opened.report.id}/withdraw`, body: { reason } })}
          onClose={() => setOpened(null)}
        />
      )}
    </div>
  );
}

function Row({ report, onOpen }: { report: Report; onOpen: (opened: Opened) => void }) {
  const words = useTexts().reports;
  const title = `${report.period_title} ${report.kind_title}`;
  const { can } = report;
  return (
    <>
      <div className="card-head">
        <h2 className="report-title">{title}</h2>
        <Tag color={COLOURS[report.status]}>{words.statuses[report.status]}</Tag>
        {report.is_demo && <Tag>{words.demo}</Tag>}
      </div>
      <div className="card-row">
        <span>
          {words.made} <Time at={report.made_at} />
        </span>
        {report.signed_at && (
          <span>
            {words.signedBy(report.signed_by_name ?? "—")} <Time at={report.signed_at} />
          </span>
        )}
      </div>
      {report.withdrawn_at && (
        <Alert
          type="warning"
          className="report-withdrawn"
          title={
            <>
              {words.withdrawn} <Time at={report.withdrawn_at} />：{report.withdrawn_reason}
            </>
          }
        />
      )}
      <div className="report-steps">
        <a href={`${PREFIX}/reports/${report.id}/page`} target="_blank" rel="noopener" aria-label={words.lookAt(title)}>
          {words.look}
        </a>
        <a href={`${PREFIX}/reports/${report.id}/pdf`} target="_blank" rel="noopener" aria-label={words.pdfOf(title)}>
          PDF
        </a>
        {can.includes("make") && (
          <Button
            size="small"
            aria-label={words.againOf(title)}
            onClick={() => onOpen({ what: "make", again: report })}
          >
            {words.again}
          </Button>
        )}
        {can.includes("withdraw") && (
          <Button
            size="small"
            danger
            aria-label={words.withdrawOf(title)}
            onClick={() => onOpen({ what: "withdraw", report })}
          >
            {words.withdraw}
          </Button>
        )}
        {can.includes("sign") && (
          <Button
            size="small"
            type="primary"
            aria-label={words.signOf(title)}
            onClick={() => onOpen({ what: "sign", report })}
          >
            {words.sign}
          </Button>
        )}
      </div>
    </>
  );
}

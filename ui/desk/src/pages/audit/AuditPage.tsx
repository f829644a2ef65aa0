import { keepPreviousData, useInfiniteQuery, useMutation } from "@tanstack/react-query";
import { Alert, Button, DatePicker, Form, Input, Table } from "antd";
import type { Dayjs } from "dayjs";
import { useState } from "react";

import { get } from "../../api/client";
import { keys } from "../../api/keys";
import type { AuditEntry, AuditVerified, Paged } from "../../api/types";
import { ErrorNote } from "../../parts/ErrorNote";
import { fullTime } from "../../parts/times";
import { useTexts } from "../../texts/texts";

interface Written {
  actor?: string;
  action?: string;
  subject?: string;
  between?: [Dayjs | null, Dayjs | null] | null;
}

/** Who saw or changed what, the latest first. */
export default function AuditPage() {
  const texts = useTexts();
  const words = texts.admin.audit;
  const [filters, setFilters] = useState<Record<string, string | undefined>>({});
  const { data, error, isFetching, hasNextPage, fetchNextPage, refetch } = useInfiniteQuery({
    queryKey: [...keys.audit, filters],
    queryFn: ({ pageParam }) => get<Paged<AuditEntry>>("/audit", { ...filters, cursor: pageParam }),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next,
    placeholderData: keepPreviousData,
  });
  const find = ({ between, ...words }: Written): void =>
    setFilters({ ...words, from: moment(between?.[0], "00:00:00"), to: moment(between?.[1], "23:59:59") });
  return (
    <div className="page">
      <div className="page-head">
        <h1 className="page-title">{words.title}</h1>
        <Verify />
      </div>
      <Form<Written> layout="inline" className="audit-filters" onFinish={find}>
        <Form.Item name="actor" label={words.actor}>
          <Input allowClear placeholder={words.actorHint} maxLength={40} />
        </Form.Item>
        <Form.Item name="action" label={words.action}>
          <Input allowClear maxLength={40} />
        </Form.Item>
        <Form.Item name="subject" label={words.subject}>
          <Input allowClear placeholder={words.subjectHint} maxLength={64} />
        </Form.Item>
        <Form.Item name="between" label={words.between}>
          <DatePicker.RangePicker allowEmpty={[true, true]} />
        </Form.Item>
        <Button htmlType="submit" type="primary">
          {words.search}
        </Button>
      </Form>
      <ErrorNote error={error} retry={() => void refetch()} />
      <Table<AuditEntry>
        size="medium"
        rowKey="id"
        dataSource={data?.pages.flatMap((page) => page.items) ?? []}
        loading={!data && !error}
        pagination={false}
        scroll={{ x: 900 }}
        locale={{ emptyText: data ? words.empty : " " }}
        columns={[
          { title: "#", dataIndex: "id" },
          { title: words.time, render: (_, row) => <span className="number">{fullTime(row.at)}</span> },
          { title: words.actor, dataIndex: "actor" },
          { title: words.action, render: (_, row) => <span title={row.action}>{row.action_title}</span> },
          { title: words.subject, dataIndex: "subject" },
          { title: words.reason, dataIndex: "reason" },
          { title: words.detail, render: (_, row) => <Detail of={row.detail} /> },
        ]}
      />
      {hasNextPage && (
        <div className="list-foot">
          <Button loading={isFetching} onClick={() => void fetchNextPage()}>
            {texts.frame.parts.more}
          </Button>
        </div>
      )}
    </div>
  );
}

/** Days are China's. */
function moment(day: Dayjs | null | undefined, time: string): string | undefined {
  return day ? `${day.format("YYYY-MM-DD")}T${time}+08:00` : undefined;
}

function Detail({ of }: { of: AuditEntry["detail"] }) {
  const said = Object.entries(of ?? {}).map(
    ([name, value]) => `${name}: ${typeof value === "string" ? value : JSON.stringify(value)}`,
  );
  return <span className="audit-detail">{said.join(" · ")}</span>;
}

/** Whether anybody has tampered with what is written here. */
function Verify() {
  const texts = useTexts();
  const words = texts.admin.audit;
  const { mutate, data, error, isPending } = useMutation({ mutationFn: () => get<AuditVerified>("/audit/verify") });
  return (
    <div className="push audit-verify">
      <Button loading={isPending} onClick={() => mutate()}>
        {words.verify}
      </Button>
      <div role="status">
        {data && (
          <Alert
            type={data.ok ? "success" : "error"}
            showIcon
            title={data.ok ? words.whole(data.entries) : words.broken(data.first_bad)}
          />
        )}
      </div>
      <ErrorNote error={error} />
    </div>
  );
}

/** Reports that are made, signed by name and withdrawn. */

export type ReportKind = "monthly" | "quarterly" | "public";

export interface Report {
  id: number;
  kind: ReportKind;
  kind_title: string;
  period: string;
  period_title: string;
  status: "draft" | "public" | "internal" | "withdrawn";
  is_demo: boolean;
  made_at: string;
  signed_by_name: string | null;
  signed_at: string | null;
  withdrawn_at: string | null;
  withdrawn_reason: string | null;
  can: ("make" | "sign" | "withdraw")[];
}

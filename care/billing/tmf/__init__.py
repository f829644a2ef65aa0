"""The operator's own systems over TM Forum Open APIs: TMF678 customer bill and TMF677 usage consumption, both v4.0.

`adapter.TmfBilling` is the billing system; `client.Api` asks one API, `breaker.Breaker` keeps from asking one that is
down, `mapping` turns what they answer into `care.billing.values`. docs/operate/billing.md tells operators the rest.
"""

"""The desk of agents and supervisors: `/api/desk/…`, one module a topic. Each way in names its permission."""

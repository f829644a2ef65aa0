"""`quanyi wechat`: is the configuration right, and what is wrong with it."""

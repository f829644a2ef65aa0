"""Who read or used personal data, when and what for: what 「谁用过我的信息」 is answered from."""

"""Readers' comments: ① written, ② verified, ③ waiting, ⑤ published, or gone."""

"""①②③⑤ The readers' comments: written, verified, waiting, published or gone."""

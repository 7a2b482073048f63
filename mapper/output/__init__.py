"""The edge out: the composed edition, the page, the exports, the manifest."""

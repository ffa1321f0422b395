"""Templates of articles: one a profile; ``first`` is what ``init`` lays down."""

"""HTML inside an article: elements, tags, embeds, and parts that nobody sees."""

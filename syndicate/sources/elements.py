"""HTML's elements: which ones exist, which an article may keep, and which hold no words of it."""

from __future__ import annotations

import re

IN_A_LINE = {
    "a", "abbr", "b", "br", "cite", "code", "del", "em", "i", "img", "ins", "kbd", "mark", "q", "s",
    "samp", "small", "span", "strong", "sub", "sup", "time", "u", "var", "wbr",
}  # fmt: skip
BLOCKS = {
    "blockquote", "caption", "col", "colgroup", "dd", "details", "div", "dl", "dt", "figcaption",
    "figure", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "li", "ol", "p", "pre", "section",
    "summary", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul",
}  # fmt: skip
# what these hold is never published; the words in any other element are
HIDDEN = {"script", "style"}
FOREIGN = {"math", "svg"}  # their content is drawn, and unsafe to keep
CELL = {"align", "colspan", "rowspan", "scope"}
ATTRIBUTES = {
    "*": {"lang", "dir", "id"},
    "a": {"href", "title", "hreflang"},
    "abbr": {"title"},
    "code": {"class"},
    "del": {"datetime"},
    "details": {"open"},
    "img": {"src", "alt", "title", "width", "height"},
    "ins": {"datetime"},
    "li": {"value"},
    "ol": {"start", "reversed", "type"},
    "td": CELL,
    "th": CELL,
    "time": {"datetime"},
}
SHAPES = {
    ("code", "class"): re.compile(r"language-[^\s\"'<>]+"),
    ("img", "width"): re.compile(r"\d{1,5}"),
    ("img", "height"): re.compile(r"\d{1,5}"),
    ("td", "align"): re.compile("left|right|center"),
    ("th", "align"): re.compile("left|right|center"),
}
IDENTIFIER = re.compile(r"[^\W\d_][\w.:-]{0,99}")

# the HTML standard's index of elements, with those it calls obsolete (sections 4 and 16.2)
KNOWN = {
    *IN_A_LINE, *BLOCKS, *HIDDEN, *FOREIGN,
    "acronym", "address", "applet", "area", "article", "aside", "audio", "base", "basefont",
    "bdi", "bdo", "bgsound", "big", "blink", "body", "button", "canvas", "center", "command",
    "content", "data", "datalist", "dialog", "dir", "embed", "fieldset", "font", "footer",
    "form", "frame", "frameset", "head", "header", "hgroup", "html", "iframe", "image", "input",
    "isindex", "keygen", "label", "legend", "link", "listing", "main", "map", "marquee", "menu",
    "menuitem", "meta", "meter", "multicol", "nav", "nextid", "nobr", "noembed", "noframes",
    "noscript", "object", "optgroup", "option", "output", "param", "picture", "plaintext",
    "progress", "rb", "rbc", "rp", "rt", "rtc", "ruby", "search", "select", "selectedcontent",
    "shadow", "slot", "source", "spacer", "strike", "template", "textarea", "title", "track",
    "tt", "video", "xmp",
}  # fmt: skip
# the elements of drawings and formulas
DRAWN = {
    "animate", "annotation", "circle", "clippath", "defs", "ellipse", "filter", "foreignobject",
    "g", "line", "lineargradient", "marker", "mask", "mfrac", "mi", "mn", "mo", "mover",
    "mroot", "mrow", "msqrt", "mstyle", "msub", "msubsup", "msup", "mtable", "mtd", "mtext",
    "mtr", "munder", "path", "pattern", "polygon", "polyline", "radialgradient", "rect",
    "semantics", "stop", "symbol", "text", "textpath", "tspan", "use",
}  # fmt: skip
# elements that may end without an end tag (the HTML standard, 13.1.2.4)
UNCLOSED = {
    "colgroup", "dd", "dt", "li", "optgroup", "p", "rb", "rp", "rt", "rtc", "tbody", "td", "tfoot",
    "th", "thead", "tr",
}  # fmt: skip
# who forgets their end means them nevertheless
FORMATTING = {
    "a", "b", "big", "br", "center", "del", "em", "font", "hr", "i", "ins", "q", "s", "small",
    "strike", "strong", "sub", "sup", "tt", "u", "wbr",
}  # fmt: skip
# the tags in these are text to a browser; to a writer they are not
VERBATIM = {"listing", "noembed", "noframes", "plaintext", "textarea", "title", "xmp"}
# what is shown of another site, or played, with the attribute that says where it is
EMBEDS = {
    "iframe": "src", "video": "src", "audio": "src", "embed": "src", "object": "data",
    "frame": "src", "bgsound": "src",
}  # fmt: skip

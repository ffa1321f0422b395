"""HTML's elements: which ones exist, which an article may keep, and which hold no words of it."""

from __future__ import annotations

import re

INLINE_ELEMENTS = {
    "a", "abbr", "b", "br", "cite", "code", "del", "em", "i", "img", "ins", "kbd", "mark", "q", "s",
    "samp", "small", "span", "strong", "sub", "sup", "time", "u", "var", "wbr",
}  # fmt: skip
ALLOWED_BLOCKS = {
    "blockquote", "caption", "col", "colgroup", "dd", "details", "div", "dl", "dt", "figcaption",
    "figure", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "li", "ol", "p", "pre", "section",
    "summary", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul",
}  # fmt: skip
# what these hold is never published; the words in any other element are
HIDDEN_ELEMENTS = {"script", "style"}
DRAWN_ELEMENTS = {"math", "svg"}  # their content is drawn, and unsafe to keep
CELL_ATTRIBUTES = {"align", "colspan", "rowspan", "scope"}
ALLOWED_ATTRIBUTES = {
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
    "td": CELL_ATTRIBUTES,
    "th": CELL_ATTRIBUTES,
    "time": {"datetime"},
}
ATTRIBUTE_SHAPES = {
    ("code", "class"): re.compile(r"language-[^\s\"'<>]+"),
    ("img", "width"): re.compile(r"\d{1,5}"),
    ("img", "height"): re.compile(r"\d{1,5}"),
    ("td", "align"): re.compile("left|right|center"),
    ("th", "align"): re.compile("left|right|center"),
}
IDENTIFIER = re.compile(r"[^\W\d_][\w.:-]{0,99}")

# the HTML standard's index of elements, with those it calls obsolete (sections 4 and 16.2)
KNOWN_ELEMENTS = {
    *INLINE_ELEMENTS, *ALLOWED_BLOCKS, *HIDDEN_ELEMENTS, *DRAWN_ELEMENTS,
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
    "animate", "animatemotion", "animatetransform", "annotation", "annotation-xml", "circle",
    "clippath", "defs", "desc", "ellipse", "filter", "foreignobject", "g", "line",
    "lineargradient", "maction", "marker", "mask", "menclose", "merror", "metadata", "mfrac",
    "mi", "mmultiscripts", "mn", "mo", "mover", "mpadded", "mphantom", "mroot", "mrow", "ms",
    "mspace", "msqrt", "mstyle", "msub", "msubsup", "msup", "mtable", "mtd", "mtext", "mtr",
    "munder", "munderover", "path", "pattern", "polygon", "polyline", "radialgradient", "rect",
    "semantics", "set", "stop", "switch", "symbol", "text", "textpath", "tspan", "use", "view",
}  # fmt: skip
# elements that may end without an end tag (the HTML standard, 13.1.2.4), by what they stand in
PARENTS = {
    "li": {"ul", "ol", "menu", "dir"},
    "dd": {"dl"},
    "dt": {"dl"},
    "optgroup": {"select", "datalist"},
    "option": {"select", "datalist"},
    "rb": {"ruby"},
    "rp": {"ruby"},
    "rt": {"ruby"},
    "rtc": {"ruby"},
    "caption": {"table"},
    "col": {"table"},
    "colgroup": {"table"},
    "tbody": {"table"},
    "td": {"table"},
    "tfoot": {"table"},
    "th": {"table"},
    "thead": {"table"},
    "tr": {"table"},
}
TABLE_PARTS = {name for name, parents in PARENTS.items() if "table" in parents}
VOID_ELEMENTS = {
    "area", "base", "basefont", "bgsound", "br", "col", "command", "embed", "frame", "hr", "image",
    "img", "input", "isindex", "keygen", "link", "meta", "nextid", "param", "source", "spacer",
    "track", "wbr",
}  # fmt: skip
# blocks that an article need not keep as they are
LAYOUT = {
    "address", "article", "aside", "body", "center", "dialog", "dir", "fieldset", "footer", "form",
    "header", "hgroup", "html", "main", "menu", "nav", "search",
}  # fmt: skip
# who forgets their end means them nevertheless
FORMATTING = {
    "a", "b", "big", "br", "center", "del", "em", "font", "hr", "i", "ins", "q", "s", "small",
    "strike", "strong", "sub", "sup", "tt", "u", "wbr",
}  # fmt: skip
# the tags in these are text to a browser; to a writer they are not
LIST_ELEMENTS = {"dir", "menu"}
# elements that a browser sets apart from each other, in a line of their own or in boxes
PARTED_ELEMENTS = {
    "area", "button", "datalist", "frame", "frameset", "legend", "map", "marquee", "meter",
    "noscript", "optgroup", "option", "output", "progress", "rb", "rbc", "rp", "rt", "rtc",
    "select",
}  # fmt: skip
VERBATIM = {"listing", "noembed", "noframes", "plaintext", "textarea", "title", "xmp"}
# what is shown of another site, or played, with the attribute that says where it is
EMBEDS = {
    "iframe": "src",
    "video": "src",
    "audio": "src",
    "embed": "src",
    "object": "data",
    "frame": "src",
    "bgsound": "src",
}
# elements that words on both sides of their tags are never one across
WORD_SEPARATING_ELEMENTS = {
    *ALLOWED_BLOCKS, *LAYOUT, *LIST_ELEMENTS, *PARTED_ELEMENTS, *VERBATIM, *DRAWN_ELEMENTS,
    *DRAWN, *EMBEDS, "amp-img", "br", "image", "img", "source",
}  # fmt: skip
# the attributes of the HTML standard, with those it calls obsolete, and some of browsers alone
KNOWN_ATTRIBUTES = {
    "abbr", "accept", "accept-charset", "accesskey", "action", "align", "alink", "allow",
    "allowfullscreen", "alt", "archive", "as", "async", "autocapitalize", "autocomplete",
    "autofocus", "autoplay", "axis", "background", "behavior", "bgcolor", "border",
    "bordercolor", "cellpadding", "cellspacing", "char", "charoff", "charset", "checked",
    "cite", "class", "classid", "clear", "code", "codebase", "codetype", "color", "cols",
    "colspan", "compact", "content", "contenteditable", "controls", "coords", "crossorigin",
    "data", "datetime", "declare", "decoding", "default", "defer", "dir", "direction",
    "dirname", "disabled", "download", "draggable", "enctype", "enterkeyhint", "face",
    "fetchpriority", "for", "form", "formaction", "frame", "frameborder", "headers", "height",
    "hidden", "high", "href", "hreflang", "hspace", "http-equiv", "id", "imagesizes",
    "imagesrcset", "inert", "inputmode", "integrity", "is", "ismap", "itemid", "itemprop",
    "itemref", "itemscope", "itemtype", "kind", "label", "lang", "language", "link", "list",
    "loading", "longdesc", "loop", "low", "marginheight", "marginwidth", "max", "maxlength",
    "media", "method", "min", "minlength", "mozallowfullscreen", "multiple", "muted", "name",
    "nohref", "nomodule", "nonce", "noresize", "noshade", "novalidate", "nowrap", "object",
    "open", "optimum", "part", "pattern", "ping", "placeholder", "playsinline", "popover",
    "poster", "preload", "profile", "prompt", "property", "readonly", "referrerpolicy", "rel",
    "required", "resource", "rev", "reversed", "role", "rows", "rowspan", "rules", "sandbox",
    "scheme", "scope", "scrollamount", "scrolldelay", "scrolling", "selected", "shape", "size",
    "sizes", "slot", "span", "spellcheck", "src", "srcdoc", "srclang", "srcset", "standby",
    "start", "step", "style", "summary", "tabindex", "target", "text", "title", "translate",
    "type", "typeof", "unselectable", "usemap", "valign", "value", "valuetype", "version",
    "vlink", "vocab", "vspace", "webkitallowfullscreen", "width", "wrap", "xmlns",
}  # fmt: skip
CHOICES = {"disabled", "checked", "required", "readonly", "multiple", "autofocus", "selected"}
PLAYING = {"controls", "autoplay", "loop", "muted", "playsinline"}
ALONE = {"hidden", "inert", "itemscope"}
# attributes that may stand without a value, and alone
BARE_ATTRIBUTES = {
    "audio": PLAYING,
    "button": CHOICES,
    "details": {"open"},
    "dialog": {"open"},
    "dl": {"compact"},
    "fieldset": CHOICES,
    "form": {"novalidate"},
    "hr": {"noshade"},
    "iframe": {"allowfullscreen"},
    "input": CHOICES,
    "ol": {"compact", "reversed"},
    "optgroup": CHOICES,
    "option": CHOICES,
    "select": CHOICES,
    "table": {"border"},
    "td": {"nowrap"},
    "textarea": CHOICES,
    "th": {"nowrap"},
    "ul": {"compact"},
    "video": PLAYING,
}
# the attributes of an element of somebody's own making that hold no words
DRESS = {
    "class", "dir", "height", "hidden", "id", "is", "lang", "layout", "loading", "role", "slot",
    "style", "tabindex", "width", "xmlns",
}  # fmt: skip

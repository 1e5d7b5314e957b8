package simulate

import (
	"html"
	"html/template"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

var (
	telegramTag = regexp.MustCompile(`</?([a-z-]+)(?:\s+href="([^"<>]*)")?[^<>]*>`)
	plainTags   = []string{"b", "strong", "i", "em", "u", "s", "code", "pre", "blockquote"}
)

// telegramHTML shows a message's HTML: the tags that Telegram knows, without what else may stand in them. The fake has checked
// that they close.
func telegramHTML(src string) template.HTML {
	var b strings.Builder
	at := 0
	for _, m := range telegramTag.FindAllStringSubmatchIndex(src, -1) {
		b.WriteString(quote(src[at:m[0]]))
		at = m[1]
		name, ending := src[m[2]:m[3]], src[m[0]+1] == '/'
		switch {
		case name == "a" && ending:
			b.WriteString("</a>")
		case name == "a":
			to := ""
			if m[4] >= 0 {
				to = html.UnescapeString(src[m[4]:m[5]])
			}
			b.WriteString(anchor(to))
		case slices.Contains(plainTags, name) && ending:
			b.WriteString("</" + name + ">")
		case slices.Contains(plainTags, name):
			b.WriteString("<" + name + ">")
		}
	}
	b.WriteString(quote(src[at:]))
	return template.HTML(b.String()) //nolint:gosec // its words are escaped, its tags are ours
}

// quote escapes words that are escaped already, or not.
func quote(s string) string { return html.EscapeString(html.UnescapeString(s)) }

// anchor begins a link, which opens beside the page.
func anchor(to string) string {
	u, err := url.Parse(to)
	if err != nil || !slices.Contains([]string{"https", "http", "tel", "mailto"}, u.Scheme) {
		return "<a>"
	}
	return `<a href="` + html.EscapeString(to) + `" target="_blank" rel="noopener noreferrer">`
}

var (
	anyTag = regexp.MustCompile(`<[^<>]*>`)
	angled = regexp.MustCompile(`<[^<>]*>`)
	bold   = regexp.MustCompile(`(^|[\s(>«"“])\*([^*\n]+)\*`)
	italic = regexp.MustCompile(`(^|[\s(>«"“])_([^_\n]+)_`)
	struck = regexp.MustCompile(`(^|[\s(>])~([^~\n]+)~`)
	code   = regexp.MustCompile("`([^`\n]+)`")
)

// slackHTML shows Slack's markup. Names stand for ids.
func slackHTML(src string, name func(id string) string) template.HTML {
	var links []string // they are put back at the end, so that marks around them are seen
	src = strings.Map(func(r rune) rune {
		if r == hole {
			return -1
		}
		return r
	}, src)
	src = angled.ReplaceAllStringFunc(src, func(m string) string {
		links = append(links, slackLink(m[1:len(m)-1], name))
		return string(hole)
	})
	s := quote(src)
	s = code.ReplaceAllString(s, "<code>$1</code>")
	s = bold.ReplaceAllString(s, "$1<b>$2</b>")
	s = italic.ReplaceAllString(s, "$1<i>$2</i>")
	s = struck.ReplaceAllString(s, "$1<s>$2</s>")
	for _, l := range links {
		s = strings.Replace(s, string(hole), l, 1)
	}
	return template.HTML(s) //nolint:gosec // its words are escaped, its tags are ours
}

// hole stands for a link while the rest is read; no text has it.
const hole = '\uE000'

// slackLink shows what stands between angles.
func slackLink(src string, name func(id string) string) string {
	to, label, has := strings.Cut(src, "|")
	if !has {
		label = strings.TrimPrefix(to, "mailto:")
	}
	switch {
	case to == "":
		return ""
	case strings.HasPrefix(to, "!subteam^"), to[0] == '@', to[0] == '#':
		id := strings.TrimPrefix(strings.TrimLeft(to, "@#"), "!subteam^")
		if n := name(id); n != "" {
			id = n
		}
		return `<b class="name">` + html.EscapeString(id) + "</b>"
	case to[0] == '!':
		return `<b class="all">@` + html.EscapeString(to[1:]) + "</b>"
	}
	return anchor(html.UnescapeString(to)) + quote(label) + "</a>"
}

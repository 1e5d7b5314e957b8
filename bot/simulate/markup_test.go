package simulate

import (
	"strings"
	"testing"
)

func TestMarkup(t *testing.T) {
	name := func(id string) string { return map[string]string{"U1": "@ana", "C1": "#equipo"}[id] }
	for src, want := range map[string]string{
		"*Negrita* _cursiva_ ~tachado~ `código`": "<b>Negrita</b> <i>cursiva</i> <s>tachado</s> <code>código</code>",
		"2*3*4 y a_b_c": "2*3*4 y a_b_c",
		"<https://acnur.org/?a=1&amp;b=2|La &lt;declaración&gt;>": `<a href="https://acnur.org/?a=1&amp;b=2" target="_blank" rel="noopener noreferrer">La &lt;declaración&gt;</a>`,
		"_Fuente: <https://acnur.org|ACNUR>._":                    `<i>Fuente: <a href="https://acnur.org" target="_blank" rel="noopener noreferrer">ACNUR</a>.</i>`,
		"<@U1> <#C1> <@U9> <!here>":                               `<b class="name">@ana</b> <b class="name">#equipo</b> <b class="name">U9</b> <b class="all">@here</b>`,
		"<javascript:alert(1)|x>":                                 "<a>x</a>",
		"&lt;script&gt;":                                          "&lt;script&gt;",
		"a <> b < c":                                              "a  b &lt; c",
		string(hole):                                              "",
	} {
		if got := string(slackHTML(src, name)); got != want {
			t.Errorf("%q:\n got %s\nwant %s", src, got, want)
		}
	}
	for src, want := range map[string]string{
		`<b>a</b> &amp; <a href="https://a.b/?x=1&amp;y=2">c</a>`: `<b>a</b> &amp; <a href="https://a.b/?x=1&amp;y=2" target="_blank" rel="noopener noreferrer">c</a>`,
		`<a href="javascript:x">c</a>`:                            "<a>c</a>",
		`<script>x</script>`:                                      "x",
		`<b onclick="x">a</b>`:                                    "<b>a</b>",
	} {
		if got := string(telegramHTML(src)); got != want {
			t.Errorf("%q:\n got %s\nwant %s", src, got, want)
		}
	}
}

// Nothing that stands in a message becomes a tag of its own.
func FuzzMarkup(f *testing.F) {
	for _, s := range []string{"<@U1|x> *a*", "<script>", "&lt;b&gt;", "<a href=\"x\">", "<https://a|<b>>", "`<`>"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, src string) {
		for _, out := range []string{string(slackHTML(src, func(string) string { return "" })), string(telegramHTML(src))} {
			for _, tag := range anyTag.FindAllString(out, -1) {
				switch word := strings.TrimLeft(strings.Fields(strings.Trim(tag, "<>") + " ")[0], "/"); word {
				case "b", "i", "s", "u", "a", "code", "pre", "em", "strong", "blockquote":
				default:
					t.Fatalf("%q became %q", src, out)
				}
			}
		}
	})
}

package telegram

import (
	"encoding/json"
	"html"
	"regexp"
	"strings"
	"testing"
	"unicode"
	"unicode/utf16"

	"pgregory.net/rapid"

	"cobijo/bot/dialogue"
	"cobijo/knowledge/markdown"
)

var tags = regexp.MustCompile(`</?(?:b|i|blockquote|a)>|<a href="[^"<>]*">`)

// seen is what a reader sees of a text in HTML.
func seen(s string) string { return html.UnescapeString(tags.ReplaceAllString(s, "")) }

func squeezed(s string) string {
	return strings.Join(strings.Fields(strings.Map(func(c rune) rune {
		if unicode.IsControl(c) && c != '\n' {
			return -1
		}
		return c
	}, strings.ToValidUTF8(s, "\uFFFD"))), "")
}

// Any text, however long, survives: no word is lost, no part is too long, and the JSON is JSON.
func TestAnyTextSurvives(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var paras []string
		for range rapid.IntRange(1, 6).Draw(t, "paragraphs") {
			text := strings.TrimSpace(rapid.String().Draw(t, "text"))
			n := rapid.SampledFrom([]int{1, 1, 1, 3, 40, 900}).Draw(t, "times")
			paras = append(paras, markdown.Escape(strings.TrimSpace(strings.Repeat(text+" ", n))))
		}
		md := strings.Join(paras, "\n\n")
		want := squeezed(markdownText(md))
		got := ""
		for _, part := range split(md) {
			if n := len(utf16.Encode([]rune(seen(part)))); n > maxUnits {
				t.Fatalf("a part of %d units", n)
			}
			if left := tags.ReplaceAllString(part, ""); strings.ContainsAny(left, "<>") {
				t.Fatalf("markup that is not ours: %q", part)
			}
			var m struct{ Text string }
			if err := json.Unmarshal(append([]byte("{"), params(part, nil)...), &m); err != nil {
				t.Fatalf("no JSON: %v", err)
			}
			if m.Text != strings.ToValidUTF8(part, "\uFFFD") {
				t.Fatalf("JSON made %q of %q", m.Text, part)
			}
			got += squeezed(seen(part))
		}
		if got != want {
			t.Fatalf("%q became %q", want, got)
		}
	})
}

func markdownText(md string) string {
	doc, _ := markdown.Parse(md)
	return doc.Plain()
}

func TestAppendJSON(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := string(rapid.SliceOf(rapid.Byte()).Draw(t, "bytes"))
		var got string
		if err := json.Unmarshal(appendJSON(nil, s), &got); err != nil {
			t.Fatal(err)
		}
		if want := strings.ToValidUTF8(s, "\uFFFD"); squeezed(got) != squeezed(want) && got != string([]rune(s)) {
			t.Fatalf("%q became %q", s, got)
		}
	})
}

func TestKeyboard(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var cs []dialogue.Choice
		for range rapid.IntRange(0, 150).Draw(t, "n") {
			cs = append(cs, dialogue.Choice{ID: rapid.StringN(1, 80, 90).Draw(t, "id"), Label: rapid.StringN(0, 50, -1).Draw(t, "label")})
		}
		n := 0
		for _, row := range keyboard(cs) {
			if len(row) < 1 || len(row) > 8 {
				t.Fatalf("%d keys in a row", len(row))
			}
			for _, c := range row {
				n++
				if c.Label == "" || len(buttonVersion+c.ID) > 64 && !strings.HasPrefix(c.ID, linkChoice) {
					t.Fatalf("key %+v", c)
				}
			}
		}
		if n > 100 {
			t.Fatalf("%d keys", n)
		}
	})
}

func TestUTF16Part(t *testing.T) {
	for _, tt := range []struct {
		s            string
		offset, size int
		want         string
	}{{"hi @bot x", 3, 4, "@bot"}, {"😀 @bot", 3, 4, "@bot"}, {"ñ@bot", 1, 4, "@bot"}, {"@bot", 0, 4, "@bot"}, {"@bot", 9, 4, ""}, {"@bot", 2, 99, "ot"}} {
		if got := utf16Part(tt.s, tt.offset, tt.size); got != tt.want {
			t.Errorf("%q %d %d: %q", tt.s, tt.offset, tt.size, got)
		}
	}
}

// No update, however malformed, stops the program, and none of its words stand in an error.
func FuzzUpdate(f *testing.F) {
	f.Add([]byte(`{"update_id":1,"message":{"message_id":1,"chat":{"id":5,"type":"private"},"from":{"id":5},"text":"Zoraida"}}`))
	f.Add([]byte(`{"update_id":1,"message":{"message_id":1,"chat":{"id":-5,"type":"group"},"from":{"id":5},"text":"/x@y Zoraida","entities":[{"type":"bot_command","offset":0,"length":99},{"type":"mention","offset":-1,"length":-5}]}}`))
	f.Add([]byte(`{"update_id":1,"callback_query":{"id":"1","from":{"id":1},"data":"1:menu"}}`))
	f.Add([]byte(`{"message":"Zoraida"}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		u, err := read(body)
		if err != nil {
			if strings.Contains(err.Error(), "Zoraida") {
				t.Fatal(err)
			}
			return
		}
		u.lane()
		u.read(identity{id: 1, username: "bot"})
	})
}

func FuzzParcel(f *testing.F) {
	f.Add((&parcel{method: sendText, chat: -5, message: 7, after: 9, discreet: 60, keep: true, rest: []byte(`"text":"x"}`)}).bytes())
	f.Fuzz(func(t *testing.T, b []byte) {
		p, ok := readParcel(b)
		if ok && len(b) > 1 && b[1] < 2 && string(p.bytes()) != string(b) {
			t.Errorf("%x became %x", b, p.bytes())
		}
		withoutReply(b)
	})
}

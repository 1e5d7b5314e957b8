package locales

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// Whatever a message is made of, it reads as text/template writes it.
func TestParserWritesWhatTextTemplateDoes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		piece := rapid.SampledFrom([]string{
			"text", " ", "\n", "é", "{{.A}}", "{{ .B }}", "{{.N}}", "{{.Nobody}}", "{{.Bool}}", "{{.Nil}}",
			"{{if .A}}x{{end}}", "{{- .B -}}", "{{.A.B}}", "{", "}}", "{{/* x */}}",
		})
		src := strings.Join(rapid.SliceOfN(piece, 0, 8).Draw(t, "pieces"), "")
		args := Args{"A": rapid.String().Draw(t, "A"), "B": "b", "N": rapid.Int().Draw(t, "N"), "Bool": true, "Nil": nil}
		p := newParser()
		ours, err := p.Parse(src, "", "")
		theirs, err2 := p.other.Parse(src, "", "")
		if (err == nil) != (err2 == nil) {
			t.Fatalf("%q: %v, want %v", src, err, err2)
		}
		if err != nil {
			return
		}
		got, err := ours.Execute(args)
		want, err2 := theirs.Execute(args)
		if got != want || (err == nil) != (err2 == nil) {
			t.Fatalf("%q gives %q, %v; want %q, %v", src, got, err, want, err2)
		}
	})
}

// What nearly all messages are takes the short way.
func TestParserIsUsed(t *testing.T) {
	p, err := newParser().Parse("{{.N}} of {{ .Of }}", "", "")
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := p.(*filled); !ok {
		t.Errorf("a message of text and values is a %T", p)
	}
}

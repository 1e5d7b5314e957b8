package terminal

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"cobijo/bot"
	"cobijo/bot/dialogue"
	"cobijo/locales"
)

type fakeBot struct {
	got []bot.Message
	err error
}

func (f *fakeBot) Handle(_ context.Context, m bot.Message) ([]bot.Reply, error) {
	f.got = append(f.got, m)
	if f.err != nil {
		return nil, f.err
	}
	r := bot.Reply{Kind: dialogue.Menu, Lang: m.LangHint}
	switch {
	case m.Choice != "":
		r.Text = "Pressed **" + m.Choice + "**."
	case m.Text == "/start":
		r.Text = "Hello, *you*."
		r.Choices = []bot.Choice{{ID: "lang:es", Label: "Español"}, {ID: "menu", Label: "Menu"}}
	case m.Text == "danger":
		r.Kind, r.Text = dialogue.Emergency, "Call 911."
	case m.Text == "nothing":
		return nil, nil
	default:
		r.Text = "1. One\n2. [Two](https://example.org/)\n\n> " + strings.Repeat("words ", 20)
	}
	return []bot.Reply{r}, nil
}

func texts(t *testing.T) *locales.Catalog {
	t.Helper()
	c, err := locales.Load(locales.FS)
	if err != nil {
		t.Fatal(err)
	}
	c.OnError = func(lang, id string, err error) { t.Errorf("text %s in %s: %v", id, lang, err) }
	return c
}

func TestTranscript(t *testing.T) {
	var out bytes.Buffer
	b := &fakeBot{}
	if err := Run(t.Context(), b, texts(t), strings.NewReader("a question\n\n2\r\n7\ndanger\nnothing"), &out, Options{Plain: true, Lang: "en"}); err != nil {
		t.Fatal(err)
	}
	want := `
Hello, you.

  1  Español
  2  Menu

> a question

1. One
2. Two (https://example.org/)

    words words words words words words words words words words words words
    words words words words words words words words

> 2

1. One
2. Two (https://example.org/)

    words words words words words words words words words words words words
    words words words words words words words words

> 7

1. One
2. Two (https://example.org/)

    words words words words words words words words words words words words
    words words words words words words words words

> danger

! Call 911.

> nothing

Many messages came at once. Wait a moment.

`
	if d := cmp.Diff(want, out.String()); d != "" {
		t.Error(d)
	}
	for _, m := range b.got {
		if m.Channel != "terminal" || m.Chat != Chat {
			t.Errorf("%+v", m)
		}
	}
}

func TestNumbersPress(t *testing.T) {
	b := &fakeBot{}
	if err := Run(t.Context(), b, texts(t), strings.NewReader("2\n2\n"), io.Discard, Options{}); err != nil {
		t.Fatal(err)
	}
	if b.got[1].Choice != "menu" || b.got[2].Text != "2" {
		t.Errorf("%+v", b.got)
	}
}

func TestBeginsInCountry(t *testing.T) {
	var out bytes.Buffer
	b := &fakeBot{}
	if err := Run(t.Context(), b, texts(t), strings.NewReader(""), &out, Options{Lang: "es", Country: "MX"}); err != nil {
		t.Fatal(err)
	}
	if len(b.got) != 3 || b.got[0].Choice != "lang:es" || b.got[2].Choice != "country:mx" {
		t.Errorf("%+v", b.got)
	}
	if got := out.String(); !strings.Contains(got, "Hello, you.") || !strings.Contains(got, "Pressed country:mx.") || strings.Contains(got, "  1  ") {
		t.Error(got)
	}
}

func TestFailureIsSaid(t *testing.T) {
	var out bytes.Buffer
	if err := Run(t.Context(), &fakeBot{err: errors.New("no store")}, texts(t), strings.NewReader("x\n"), &out, Options{LangHint: "en_US.UTF-8"}); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(out.String(), "Something failed") {
		t.Error(out.String())
	}
}

func TestEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	r, w := io.Pipe()
	defer w.Close()
	done := make(chan error, 1)
	go func() { done <- Run(ctx, &fakeBot{}, texts(t), r, io.Discard, Options{}) }()
	cancel()
	select {
	case err := <-done:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(5 * time.Second):
		t.Error("it still reads")
	}
}

// Lines can be edited: what is typed, taken back and typed again is what is asked; Ctrl-D leaves.
func TestEditing(t *testing.T) {
	var out bytes.Buffer
	b := &fakeBot{}
	c := &conversation{bot: b, texts: texts(t), width: func() int { return 60 }, lang: "en", colour: true}
	c.edit(strings.NewReader("qx\x7fuestion\r\x04"), &out)
	if err := c.run(t.Context()); err != nil {
		t.Fatal(err)
	}
	if len(b.got) != 2 || b.got[1].Text != "question" {
		t.Errorf("%+v", b.got)
	}
	if got := out.String(); !strings.Contains(got, "Goodbye") || !strings.Contains(got, "\x1b[3myou\x1b[0m") {
		t.Errorf("%q", got)
	}
}

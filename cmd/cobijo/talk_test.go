package main

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/alecthomas/kong"

	"cobijo/bot"
	"cobijo/knowledge"
	"cobijo/knowledge/statement"
	"cobijo/locales"
	"cobijo/seeds"
)

type echoBot struct{}

func (echoBot) Handle(_ context.Context, m bot.Message) ([]bot.Reply, error) {
	return []bot.Reply{{Lang: "en", Text: "You said " + m.Text + m.Choice}}, nil
}

func TestChat(t *testing.T) {
	var c struct {
		Chat chatCmd `cmd:""`
	}
	var out bytes.Buffer
	shut := false
	parser, err := kong.New(&c, kong.Bind(&streams{in: strings.NewReader("hello\n"), out: &out, err: io.Discard}),
		kong.BindTo(t.Context(), (*context.Context)(nil)),
		kong.Bind(handlerMaker(func(context.Context) (bot.Handler, func(), error) { return echoBot{}, func() { shut = true }, nil })))
	if err != nil {
		t.Fatal(err)
	}
	k, err := parser.Parse([]string{"chat", "--lang", "en", "--country", "mx", "--plain"})
	if err != nil {
		t.Fatal(err)
	}
	if err := k.Run(); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"You said /start", "You said country:mx", "> hello", "You said hello"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %q in %s", want, out.String())
		}
	}
	if !shut {
		t.Error("the assistant was not shut")
	}
}

func TestCommitments(t *testing.T) {
	s, faults := statement.Load(seeds.FS)
	if err := faults.Err(); err != nil {
		t.Fatal(err)
	}
	texts, err := locales.Load(locales.FS)
	if err != nil {
		t.Fatal(err)
	}
	base := &knowledge.Base{Statement: s}
	show := func(c commitmentsCmd) (string, error) {
		if c.Lang == "" {
			c.Lang, c.Width = "en", 60
		}
		var out bytes.Buffer
		err := c.print(t.Context(), &out, base, texts)
		return out.String(), err
	}
	for name, c := range map[string]commitmentsCmd{
		"participant": {Participant: []string{"nobody"}}, "theme": {Theme: "weather"}, "status": {Status: "nearly"},
	} {
		if _, err := show(c); !errors.As(err, &usageError{}) {
			t.Errorf("wrong %s: %v", name, err)
		}
	}
	table, err := show(commitmentsCmd{Participant: []string{"MX"}, Theme: "detention", Format: "table", Status: "no-information"})
	if err != nil || !strings.Contains(table, "mx-04") || !strings.Contains(table, "2 commitments. San José Action Statement") {
		t.Errorf("%v:\n%s", err, table)
	}
	for _, c := range []commitmentsCmd{{Status: "overdue", Format: "table"}, {Status: "done", Format: "json"}, {Format: "ics"}} {
		if _, err := show(c); err == nil || !strings.Contains(err.Error(), "REDIS_URL is missing") {
			t.Errorf("%+v without records: %v", c, err)
		}
	}
	data, err := show(commitmentsCmd{Participant: []string{"mx", "gt"}, Format: "json"})
	var set struct{ Count int }
	if err != nil || json.Unmarshal([]byte(data), &set) != nil || set.Count != 20 {
		t.Errorf("%v: %d", err, set.Count)
	}
	data, err = show(commitmentsCmd{Search: "Quality Assurance", Format: "csv"})
	rows, csvErr := csv.NewReader(strings.NewReader(data)).ReadAll()
	if err != nil || csvErr != nil || len(rows) < 2 {
		t.Errorf("%v, %v: %d rows", err, csvErr, len(rows))
	}
}

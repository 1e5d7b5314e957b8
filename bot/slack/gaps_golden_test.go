package slack

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"cobijo/bot/fakeslack"
	"cobijo/bot/gaps"
	"cobijo/bot/store"
)

func gapsOf(counts ...store.Counted) *gaps.Report {
	from := time.Date(2026, time.October, 1, 0, 0, 0, 0, time.UTC)
	return gaps.New(from, from.AddDate(0, 1, -1), counts)
}

// TestGapsGolden keeps a month's report as Block Kit, and as people see it.
func TestGapsGolden(t *testing.T) {
	base, err := readBase()
	if err != nil {
		t.Fatal(err)
	}
	c := offline(t, base)
	counts := []store.Counted{
		{What: "unanswered", Country: "mx", Topic: "work", N: 13}, {What: "not-useful", Country: "mx", Topic: "work", N: 6}, {What: "useful", Country: "mx", Topic: "deadlines", N: 90},
		{What: "unanswered", Country: "gt", Topic: "family", N: 4}, {What: "unanswered", N: 1}, {What: "not-useful", Country: "regional", Topic: "deadlines", N: 5},
		{What: "undelivered", Country: "telegram", Topic: "rejected", N: 70},
	}
	for i := range 18 {
		counts = append(counts, store.Counted{What: "unanswered", Country: "hn", Topic: fmt.Sprintf("gone-%02d", i), N: int64(30 - i)})
	}
	for _, lang := range []string{"es", "en"} {
		for name, r := range map[string]*gaps.Report{"gaps": gapsOf(counts...), "gaps-none": gapsOf(counts[2])} {
			t.Run(name+"."+lang, func(t *testing.T) {
				m := c.gapsSheet(lang, "2026-10", r).message()
				looked(t, name, m)
				var raw bytes.Buffer
				enc := json.NewEncoder(&raw)
				enc.SetEscapeHTML(false)
				enc.SetIndent("", "  ")
				if err := enc.Encode(m); err != nil {
					t.Fatal(err)
				}
				golden(t, name+"."+lang+".json", raw.String())
				golden(t, name+"."+lang+".txt", fakeslack.Show(m)+"\n")
			})
		}
	}
}

// Whatever was counted, the report is one message that Slack takes, and tells no number of a group under five, nor anything from
// which it follows.
func TestGapsLimits(t *testing.T) {
	base, err := readBase()
	if err != nil {
		t.Fatal(err)
	}
	c := offline(t, base)
	number := regexp.MustCompile(`(?:^|[ :])([1-4])(?: |,|$)`)
	rapid.Check(t, func(rt *rapid.T) {
		name := rapid.OneOf(rapid.SampledFrom([]string{"", "mx", "gt", "work", "deadlines"}), wild(200))
		one := rapid.Custom(func(t *rapid.T) store.Counted {
			return store.Counted{
				What: rapid.SampledFrom([]string{"unanswered", "not-useful", "useful"}).Draw(t, "what"), N: rapid.Int64Range(1, 9).Draw(t, "n"),
				Country: name.Draw(t, "country"), Topic: name.Draw(t, "topic"),
			}
		})
		counts := rapid.SliceOfNDistinct(one, 0, 40, func(c store.Counted) string { return c.What + c.Country + "/" + c.Topic }).Draw(rt, "counts")
		others := append([]store.Counted(nil), counts...)
		for i := range others {
			if others[i].N < gaps.Fewest {
				others[i].N = rapid.Int64Range(1, gaps.Fewest-1).Draw(rt, "other")
			}
		}
		lang := rapid.SampledFrom([]string{"es", "en"}).Draw(rt, "lang")
		sheet := c.gapsSheet(lang, "2026-10", gapsOf(counts...))
		if n := len(sheet.messages()); n != 1 {
			rt.Fatalf("%d messages", n)
		}
		m := sheet.message()
		looked(rt, "gaps", m)
		if other := c.gapsSheet(lang, "2026-10", gapsOf(others...)).message(); fakeslack.Show(other) != fakeslack.Show(m) {
			rt.Fatalf("hidden numbers show:\n%s\n%s", fakeslack.Show(m), fakeslack.Show(other))
		}
		known := []store.Counted{{What: "unanswered", Country: "mx", Topic: "work", N: rapid.Int64Range(1, 4).Draw(rt, "few")}}
		for line := range strings.Lines(fakeslack.Show(c.gapsSheet(lang, "2026-10", gapsOf(known...)).message())) {
			if number.MatchString(line) {
				rt.Fatalf("a small number is told: %s", line)
			}
		}
	})
}

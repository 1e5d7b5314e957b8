package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"cobijo/bot/gaps"
	"cobijo/bot/store"
)

var updateGolden = flag.Bool("update", false, "write the golden files as the program prints now")

// golden compares with a file of testdata, or writes it.
func golden(t *testing.T, file, got string) {
	t.Helper()
	path := "testdata/" + file
	if *updateGolden {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), got); d != "" {
		t.Errorf("%s (-file +now):\n%s", file, d)
	}
}

func TestReport(t *testing.T) {
	m := miniredis.RunT(t)
	url, key := "redis://"+m.Addr(), "a secret of 32 bytes for testing"
	rdb, err := store.Connect(url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = rdb.Close() })
	now := time.Date(2026, time.October, 3, 12, 0, 0, 0, time.UTC)
	st, err := store.New(rdb, store.Options{Secrets: [][]byte{[]byte(key)}, Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	count := func(n int, what, country, topic string) {
		for range n {
			if err := st.Count(t.Context(), what, country, topic); err != nil {
				t.Fatal(err)
			}
		}
	}
	count(7, "unanswered", "mx", "work")
	count(4, "unanswered", "gt", "family")
	count(1, "unanswered", "", "")
	count(5, "not-useful", "mx", "deadlines")
	count(90, "useful", "mx", "deadlines")
	count(3, "undelivered", "telegram", "rejected")
	now = now.AddDate(0, 0, 28) // the last day but one
	count(6, "unanswered", "mx", "work")
	now = now.AddDate(0, 0, 2) // the next month
	count(50, "unanswered", "ca", "work")

	args := []string{"report", "--redis-url", url, "--secret", key, "--month", "2026-10"}
	code, out, errOut := cobijo(t, "", args...)
	if code != 0 {
		t.Fatalf("exit %d: %s", code, errOut)
	}
	golden(t, "report.txt", out)
	code, out, errOut = cobijo(t, "", append(args, "--format", "json")...)
	if code != 0 {
		t.Fatalf("exit %d: %s", code, errOut)
	}
	golden(t, "report.json", out)
	if code, out, _ := cobijo(t, "", "report", "--redis-url", url, "--secret", key, "--month", "2026-09"); code != 0 || !strings.Contains(out, "Nothing was counted") {
		t.Errorf("a month without counts: exit %d: %s", code, out)
	}
}

func TestReportUsage(t *testing.T) {
	for _, tt := range []struct {
		args []string
		code int
		err  string
	}{
		{nil, 1, "REDIS_URL"},
		{[]string{"--days", "0"}, 2, "--days"},
		{[]string{"--days", "401"}, 2, "--days"},
		{[]string{"--month", "October"}, 2, "--month"},
		{[]string{"--redis-url", "nonsense://x", "--secret", "0123456789abcdef"}, 1, "REDIS_URL"},
		{[]string{"--redis-url", "redis://127.0.0.1:1", "--secret", "short"}, 1, "COBIJO_SECRET"},
		{[]string{"--redis-url", "redis://127.0.0.1:1", "--secret", "0123456789abcdef"}, 1, "read counts"},
	} {
		if code, _, errOut := cobijo(t, "", append([]string{"report"}, tt.args...)...); code != tt.code || !strings.Contains(errOut, tt.err) {
			t.Errorf("report %v: exit %d: %s", tt.args, code, errOut)
		}
	}
}

// No number of a group under five is told, and nothing from which it follows: two reports that differ in hidden numbers alone
// are the same.
func TestReportTellsNoFew(t *testing.T) {
	day := time.Date(2026, time.October, 3, 0, 0, 0, 0, time.UTC)
	whats := []string{"unanswered", "not-useful", "useful"}
	rapid.Check(t, func(t *rapid.T) {
		one := rapid.Custom(func(t *rapid.T) store.Counted {
			return store.Counted{
				Day: day, What: rapid.SampledFrom(whats).Draw(t, "what"),
				Country: rapid.SampledFrom([]string{"", "mx", "gt"}).Draw(t, "country"), Topic: rapid.SampledFrom([]string{"", "work"}).Draw(t, "topic"),
				N: rapid.Int64Range(1, 9).Draw(t, "n"),
			}
		})
		counts := rapid.SliceOfDistinct(one, func(c store.Counted) string { return c.What + c.Country + "/" + c.Topic }).Draw(t, "counts")
		others := append([]store.Counted(nil), counts...)
		for i := range others {
			if others[i].N < gaps.Fewest {
				others[i].N = rapid.Int64Range(1, gaps.Fewest-1).Draw(t, "other")
			}
		}
		show := func(counts []store.Counted) string {
			var b bytes.Buffer
			r := gaps.New(day, day, counts)
			if err := reportTable(&b, r); err != nil {
				t.Fatal(err)
			}
			if err := reportJSON(&b, r); err != nil {
				t.Fatal(err)
			}
			if !json.Valid(b.Bytes()[bytes.IndexByte(b.Bytes(), '{'):]) {
				t.Fatalf("no JSON: %s", &b)
			}
			return b.String()
		}
		if d := cmp.Diff(show(counts), show(others)); d != "" {
			t.Fatalf("hidden numbers show:\n%s", d)
		}
	})
}

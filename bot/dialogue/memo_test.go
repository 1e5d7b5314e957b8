package dialogue

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"cobijo/knowledge"
	"cobijo/knowledge/guidance"
	"cobijo/locales"
	"cobijo/seeds"
)

func TestMemo(t *testing.T) {
	var m memo[string, int]
	n := 0
	write := func() int { n++; return n }
	noon := time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)
	for _, step := range []struct {
		at   time.Time
		key  string
		want int
	}{
		{noon, "a", 1}, {noon.Add(59 * time.Minute), "a", 1}, {noon, "b", 2},
		{noon.Add(time.Hour), "a", 3}, {noon.Add(time.Hour), "b", 4}, {noon, "a", 5},
	} {
		if got := m.get(step.at, step.key, write); got != step.want {
			t.Errorf("%s at %v: %d, want %d", step.key, step.at, got, step.want)
		}
	}
	for i := range 3 * maxKept {
		if m.get(noon, fmt.Sprint(i), write); len(m.kept) > maxKept {
			t.Fatalf("%d are kept", len(m.kept))
		}
	}
}

// What is kept of an answer is the answer, whoever asked before, and nothing that they wrote.
func TestWhatIsKeptOfAnswers(t *testing.T) {
	base, err := knowledge.Load(seeds.FS)
	if err != nil {
		t.Fatal(err)
	}
	texts, err := locales.Load(locales.FS)
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)
	d := New(base, texts, Options{})
	var talk []Message
	for _, text := range []string{
		"entre a mexico el 3 de noviembre, soy Zoraida, cuanto tiempo tengo", "como pido asilo si me llamo Zoraida", "me amenazaron en Zoraida",
		"es verdad que hay que pagar para pedir refugio, dice Zoraida", "donde hay un abogado en tapachula", "tengo 15 años y quiero estudiar", "menu",
		"a man is following us, he has a knife, I am Zoraida", "what did mexico commit to, asks Zoraida",
	} {
		talk = append(talk, Message{Text: text})
	}
	for _, choice := range []string{
		"emergency:mx/Zoraida", "emergency:gt/violence", "more:mx/deadlines", "topic:work", "topic:Zoraida", "entry:Zoraida/work", "entry:mx/Zoraida", "person", "complain",
	} {
		talk = append(talk, Message{Choice: choice})
	}
	same := cmp.Comparer(func(a, b *guidance.Source) bool { return a == b })
	for round := range 3 {
		for _, start := range []Session{{}, {Lang: "en", LangChosen: true, Introduced: true}, {Lang: "es", Country: "mx", Introduced: true, Staff: round == 1}} {
			s, other := start, start
			for _, m := range talk {
				// A dialogue that was asked nothing yet says the same.
				var replies, want []Reply
				s, replies, _ = d.Handle(now, s, m)
				other, want, _ = New(base, texts, Options{}).Handle(now, other, m)
				if diff := cmp.Diff(want, replies, same); diff != "" {
					t.Fatalf("%+v (-anew +kept)\n%s", m, diff)
				}
				if diff := cmp.Diff(other, s); diff != "" {
					t.Fatalf("%+v leaves (-anew +kept)\n%s", m, diff)
				}
			}
		}
	}
	if len(d.answers.kept) < 5 || len(d.emergencies.kept) < 2 || len(d.menus.kept) != 2 {
		t.Errorf("kept: %d answers, %d emergencies, %d menus", len(d.answers.kept), len(d.emergencies.kept), len(d.menus.kept))
	}
	for key := range d.emergencies.kept {
		if key.danger != guidance.General && !slices.Contains(guidance.Dangers, key.danger) {
			t.Errorf("an emergency is kept by %q", key.danger)
		}
	}
	for key, reply := range d.answers.kept {
		if key.parts.dated != "" {
			t.Error("an answer with somebody's day is kept")
		}
		if said := fmt.Sprintf("%+v %+v", key, reply); strings.Contains(said, "Zoraida") {
			t.Errorf("kept: %s", said)
		}
	}
}

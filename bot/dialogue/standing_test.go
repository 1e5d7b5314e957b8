package dialogue

import (
	"strings"
	"testing"
	"time"

	"cobijo/knowledge"
	"cobijo/locales"
	"cobijo/seeds"
)

func TestStandings(t *testing.T) {
	base, err := knowledge.Load(seeds.FS)
	if err != nil {
		t.Fatal(err)
	}
	texts, err := locales.Load(locales.FS)
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)
	reported := []Standing{
		{Claimed: true, Status: "under-way", AsOf: time.Date(2026, 6, 30, 0, 0, 0, 0, time.UTC)},
		{Status: "not-started", AsOf: time.Date(2026, 7, 15, 0, 0, 0, 0, time.UTC)},
	}
	d := New(base, texts, Options{Standings: func(id string) []Standing {
		if id == "mx-04" {
			return reported
		}
		return nil
	}})
	for _, tt := range []struct {
		d              *Dialogue
		lang, id, want string
	}{
		{d, "en", "mx-04", "Status, as the participant reports it: under way (30 June 2026). It was not checked here.\n\nStatus, as others assess it: not started (15 July 2026)."},
		{d, "es", "mx-04", "Estado, según informa el participante: en marcha (30 de junio de 2026)"},
		{d, "en", "mx-05", "Status: no information."},
		{New(base, texts, Options{}), "en", "mx-04", "Status: no information."},
	} {
		_, replies, _ := tt.d.Handle(now, Session{Lang: tt.lang, Introduced: true}, Message{Choice: "commitment:" + tt.id})
		if len(replies) != 1 || !strings.Contains(replies[0].Text, tt.want) {
			t.Errorf("%s in %s: no %q in %+v", tt.id, tt.lang, tt.want, replies)
		}
	}
}

package dialogue

import (
	"slices"
	"strings"
	"testing"
	"time"

	"cobijo/knowledge"
	"cobijo/knowledge/guidance"
	"cobijo/locales"
	"cobijo/seeds"
)

// What is listed to be checked again is what crisis replies show, no more and no less.
func TestCrisisContacts(t *testing.T) {
	base, err := knowledge.Load(seeds.FS)
	if err != nil {
		t.Fatal(err)
	}
	texts, err := locales.Load(locales.FS)
	if err != nil {
		t.Fatal(err)
	}
	d := New(base, texts, Options{Operator: "Cobijo"})
	for _, c := range base.Guidance.Countries {
		listed, dangers := CrisisContacts(base.Guidance, c.Code)
		for _, danger := range append([]string{guidance.General}, guidance.Dangers...) {
			turn := &turn{Dialogue: d, now: time.Date(2026, 11, 25, 0, 0, 0, 0, time.UTC), s: Session{Lang: "es"}}
			shown, _ := turn.helpers(c.Code, danger)
			own := len(base.Guidance.Helpers(c.Code, danger)) > 0 // else what holds everywhere is shown
			for _, contact := range base.Guidance.Contacts(c.Code) {
				is := slices.Contains(listed, contact) && slices.Contains(dangers[contact.ID], danger)
				want := own && len(contact.Phones) > 0 && strings.Contains(shown, "- "+turn.contactLine(contact))
				if is != want {
					t.Errorf("%s, %s: %s is listed: %v, shown: %v", c.Code, danger, contact.ID, is, want)
				}
			}
		}
	}
}

package slack_test

import (
	"strings"
	"testing"
	"time"

	"cobijo/bot/fakeslack"
)

// What may have been posted when the answer to it was lost is deleted too.
func TestForgetWhatMayHaveBeenPosted(t *testing.T) {
	for name, fault := range map[string]fakeslack.Fault{
		"posted, and the answer lost": {Code: 500, Done: true},
		"not posted":                  {Code: 500},
	} {
		t.Run(name, func(t *testing.T) {
			s := open(t, setup{way: overHTTP, clock: &clock{t: time.Now()}}) // Slack finds by its own clock
			ana := s.Person("ana", "en-US", "America/New_York")
			direct := s.Direct(ana)
			s.posted(direct, func() (*fakeslack.Delivery, error) { return s.DM(ana, "mx-04"), nil })
			s.Fail("chat.postMessage", fault)
			s.taken(s.DM(ana, "what did Mexico commit to on detention?"), nil)
			s.taken(s.DM(ana, "/forget"), nil)
			s.until("all but the last word is gone", func() bool {
				said := s.Said(direct)
				return len(said) == 1 && strings.Contains(s.Show(said[0]), "I erased")
			})
		})
	}
}

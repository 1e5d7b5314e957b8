package dialogue

import (
	"slices"

	"cobijo/knowledge/guidance"
)

// shownHelpersRegional is how many contacts a crisis reply shows where the country is not known: one for each group of countries.
const shownHelpersRegional = 5

// CrisisContacts gives the contacts with a telephone that crisis replies show for a country, and for each the dangers that it is
// shown for, so that those whose numbers must be checked again can be listed.
func CrisisContacts(l *guidance.Library, country string) ([]*guidance.Contact, map[string][]string) {
	limit := shownHelpers
	if country == guidance.Regional {
		limit = shownHelpersRegional
	}
	var contacts []*guidance.Contact
	dangers := map[string][]string{}
	for _, danger := range append([]string{guidance.General}, guidance.Dangers...) {
		helpers := l.Helpers(country, danger)
		for _, c := range helpers[:min(len(helpers), limit)] {
			if len(c.Phones) == 0 {
				continue
			}
			if !slices.Contains(contacts, c) {
				contacts = append(contacts, c)
			}
			dangers[c.ID] = append(dangers[c.ID], danger)
		}
	}
	return contacts, dangers
}

package dialogue

import (
	"slices"

	"cobijo/knowledge/guidance"
)

// How many contacts a crisis reply shows: more would have to be read. Where the country is not known, one for each group of
// countries.
const (
	shownHelpers         = 3
	shownHelpersRegional = 5
)

// crisisHelpers gives the contacts that a crisis reply shows.
func crisisHelpers(l *guidance.Library, country, danger string) []*guidance.Contact {
	limit := shownHelpers
	if country == guidance.Regional {
		limit = shownHelpersRegional
	}
	helpers := l.Helpers(country, danger)
	return helpers[:min(len(helpers), limit)]
}

// CrisisContacts gives the contacts with a telephone that crisis replies show for a country, and for each the dangers that it is
// shown for, so that those whose numbers must be checked again can be listed.
func CrisisContacts(l *guidance.Library, country string) ([]*guidance.Contact, map[string][]string) {
	var contacts []*guidance.Contact
	dangers := map[string][]string{}
	for _, danger := range append([]string{guidance.General}, guidance.Dangers...) {
		for _, c := range crisisHelpers(l, country, danger) {
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

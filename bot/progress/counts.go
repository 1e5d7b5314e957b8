package progress

import "cobijo/knowledge/statement"

// Group tells under which headings a commitment is counted.
type Group func(*statement.Commitment) []string

// ByParticipant counts a commitment under who made it.
func ByParticipant(c *statement.Commitment) []string { return []string{c.Participant} }

// ByTheme counts a commitment under each of its themes.
func ByTheme(c *statement.Commitment) []string { return c.Themes }

// Count is how many commitments of a group have each status.
type Count struct {
	Group    string // a participant's or a theme's id; empty for all together
	Total    int
	Claimed  map[Status]int // NoInformation included; the numbers add up to Total
	Assessed map[Status]int // likewise
}

func newCount(group string) *Count {
	return &Count{Group: group, Claimed: map[Status]int{}, Assessed: map[Status]int{}}
}

func (c *Count) add(now Current) {
	c.Total++
	c.Claimed[now.Status()]++
	c.Assessed[now.Assessment()]++
}

// CountAll counts the commitments together.
func CountAll(cs []*statement.Commitment, current map[string]Current) Count {
	all := newCount("")
	for _, c := range cs {
		all.add(current[c.ID])
	}
	return *all
}

// CountBy counts the commitments under each heading, in the order in which the headings come up. Under ByTheme one commitment is
// counted once under each of its themes.
func CountBy(cs []*statement.Commitment, current map[string]Current, group Group) []Count {
	at := map[string]*Count{}
	var order []*Count
	for _, c := range cs {
		for _, g := range group(c) {
			if at[g] == nil {
				at[g] = newCount(g)
				order = append(order, at[g])
			}
			at[g].add(current[c.ID])
		}
	}
	counts := make([]Count, len(order))
	for i, c := range order {
		counts[i] = *c
	}
	return counts
}

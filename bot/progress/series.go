package progress

import "time"

// Point is how many commitments had each claimed status at the end of a day.
type Point struct {
	Day     Day
	Claimed map[Status]int // NoInformation included
}

// Series counts the claimed statuses of commitments, by their ids, at the end of each month from the first report on, and of
// today: by the days that the reports are true of. It gives the latest n points at most, and none without a report.
func Series(reports []Report, ids []string, today time.Time, n int) []Point {
	of := map[string][]Report{}
	for _, id := range ids {
		of[id] = nil
	}
	first := Day("")
	for _, r := range reports {
		if _, wanted := of[r.Commitment]; !wanted || r.Deleted != nil || r.Kind != Claimed {
			continue
		}
		of[r.Commitment] = append(of[r.Commitment], r)
		if first == "" || r.AsOf < first {
			first = r.AsOf
		}
	}
	if first == "" {
		return nil
	}
	var points []Point
	begin := first.Time(time.UTC)
	for month := time.Date(begin.Year(), begin.Month()+1, 1, 0, 0, 0, 0, time.UTC); ; month = month.AddDate(0, 1, 0) {
		last := DayOf(month.AddDate(0, 0, -1))
		if last >= DayOf(today) {
			break
		}
		points = append(points, pointAt(of, last))
	}
	points = append(points, pointAt(of, DayOf(today)))
	return points[max(0, len(points)-n):]
}

func pointAt(of map[string][]Report, day Day) Point {
	p := Point{Day: day, Claimed: map[Status]int{}}
	for _, history := range of {
		var known []Report
		for _, r := range history {
			if r.AsOf <= day {
				known = append(known, r)
			}
		}
		p.Claimed[Derive(known).Status()]++
	}
	return p
}

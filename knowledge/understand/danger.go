package understand

// readDanger judges how likely the message tells of danger now, and of which kind.
func (e *Engine) readDanger(r *Reading, fs []uint32) {
	classes := e.models.danger.classes
	p := make([]float32, len(classes))
	e.models.danger.scores(fs, p)
	best := -1
	for i, class := range classes {
		if class == classSafe {
			r.DangerScore = 1 - p[i]
			continue
		}
		if best < 0 || p[i] > p[best] {
			best = i
		}
	}
	r.Danger = classes[best]
}

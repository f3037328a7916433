"""What must be right: pure rules, standard library only; values in, values out, `now` always an argument."""

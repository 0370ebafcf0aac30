By0J
	√€øfKÜ∫wc
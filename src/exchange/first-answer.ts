/** Answers for saying again what was answered before: the same entry, the same receipt, the same decision. */

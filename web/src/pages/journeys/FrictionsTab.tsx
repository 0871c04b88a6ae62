export function FrictionsTab() { return null; }

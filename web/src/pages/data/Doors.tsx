export function Doors() { return null; }

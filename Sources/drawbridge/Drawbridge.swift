@main enum Drawbridge { static func main() {} }
